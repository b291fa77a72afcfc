"""What the Windows sources share: channels, categories, names and rendered texts. Not a source itself."""
