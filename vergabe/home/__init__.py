"""The front door: the public start page, what waits for whoever is logged in, health for operators.

It stands above all capabilities, because it gathers from them; nothing else may call it.
"""
