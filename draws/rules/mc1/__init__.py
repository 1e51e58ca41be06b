"""MC1 （明抽一号）: the draw protocol as plain Python on values. The norm is the protocol text; § numbers cite it."""
