"""What Dagster watches: sensors named after the event, each a pure decision with thin glue."""
