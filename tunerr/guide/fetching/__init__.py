"""The server's side: guides are brought here, handed to the worker, and their outcome told."""
