<<<<<<< HEAD
"""The programming interface: OpenAI's images API, spoken by the studio."""
=======
"""The studio as an OpenAI-compatible server: what tools speak to under /v1."""
>>>>>>> models
