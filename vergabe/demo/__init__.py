"""The demonstration: the example cooperations in a place of their own, the main job played through.

It uses the same commands as people do, each as the person whose task it is.
"""
