"""The photo studio of the demo shop: palette, meshes, materials, light and camera.

Only ``studio.palette`` can be imported without Blender's Python module.
"""
