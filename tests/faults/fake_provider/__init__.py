"""A provider that is none: speaks `/v1/images/edits` on a socket of its own, and writes down
every request that it has fully received. Nothing of the product is imported here: what it says
is what the product is measured against.
"""
