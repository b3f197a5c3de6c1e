"""Three ways to speak to one server: the official Python SDK, the official Node SDK, and curl."""
