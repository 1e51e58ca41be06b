"""Files coming into a register: received, understood, checked, corrected, written as one batch, taken back.

One flow and one set of pages for every register; an app opens a `Door` (doors.py) and brings its tables and writers.
"""
