"""What an installation keeps: tables, blobs, queries and the data folder."""
