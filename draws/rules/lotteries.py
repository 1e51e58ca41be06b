"""Public lotteries that may be agreed upon. source: draw-protocol.md §6"""

LOTTERIES = {"cn.ssq": "双色球", "cn.dlt": "大乐透", "cn.3d": "福彩 3D"}
