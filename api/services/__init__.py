"""What people and programs do with the store, one verb a file."""
