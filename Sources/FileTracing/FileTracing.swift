// FileTracing
