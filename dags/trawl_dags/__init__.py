"""What the DAG files share: settings, windows, and the way a job is submitted to Spark and followed."""
