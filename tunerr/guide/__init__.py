"""What is on: XMLTV guides are read, cleaned, stored, merged and rendered into one edition per lineup version."""
