"""The contract of `/v1`, case by case, over a running studio: by the official SDKs and by curl."""
