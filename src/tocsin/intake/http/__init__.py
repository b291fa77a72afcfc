"""A small HTTP/1.1 server for inputs: it bounds what senders may do, and knows nothing of what they send.

`message` is what a site (see `message.Site`) is asked and answers; `server` listens.
"""
