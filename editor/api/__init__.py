"""The programming interface: OpenAI's images API, spoken by the studio."""
