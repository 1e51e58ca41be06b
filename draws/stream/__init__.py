"""The live stream: server-sent events to any number of watchers, who hold neither a thread nor a database connection.

feed: what is sent · wire: how it is written · room: one draw in this process · hub: all draws in this process ·
doors: who may watch · pages: pictures of the stage, rendered once · front: the ASGI layer before Django
"""
