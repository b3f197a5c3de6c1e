"""The interface described for machines: OpenAPI 3.1, built from the tables that calls are read by."""
