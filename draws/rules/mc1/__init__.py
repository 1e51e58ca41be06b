"""MC1（明抽一号）: the draw protocol as plain Python on values. Docstrings cite its sections by §."""
