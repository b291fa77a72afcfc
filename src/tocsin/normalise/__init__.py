"""From a source's own fields to what all sources share: times, ids, entities."""
