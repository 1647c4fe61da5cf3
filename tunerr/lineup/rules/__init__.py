"""The rules that make a lineup out of a catalog: pure stages in one fixed order."""
