"""The pages and the API: HTTP in, use cases of the service called, HTML or JSON out."""
