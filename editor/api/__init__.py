"""The studio as an OpenAI-compatible server: what tools speak to under /v1."""
