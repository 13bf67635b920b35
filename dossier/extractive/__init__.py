"""The deterministic engine behind the `Llm` port: it selects and arranges what stands in the sources."""
