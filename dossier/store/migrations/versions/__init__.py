"""The revisions, oldest first by their numbers; a released revision is never edited."""
