"""What code guarantees about evidence: binding, values, names, the entity gate, merging and checking."""
