"""Any service that speaks `POST /v1/images/edits`, or nearly does, as an engine."""
