"""Read models: values in, plain data out; HTML and JSON render the same view."""
