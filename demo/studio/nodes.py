"""A thin layer over Blender's shader nodes, so that a shader reads like a formula."""

from __future__ import annotations

from typing import Any

import bpy

Value = Any  # a number, a tuple of numbers, or a node socket


class Shader:
    """One material's node tree, with one call per kind of node."""

    def __init__(self, name: str) -> None:
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self.tree = self.material.node_tree
        self.tree.nodes.clear()

    def node(self, kind: str, **inputs: Value) -> bpy.types.Node:
        """Add a node; keyword inputs name its sockets ("Base_Color" is "Base Color")."""
        made = self.tree.nodes.new(kind)
        for key, value in inputs.items():
            self.plug(made.inputs[key.replace("_", " ")], value)
        return made

    def plug(self, socket: bpy.types.NodeSocket, value: Value) -> None:
        """Link a socket to an input, or set the input's value."""
        if isinstance(value, bpy.types.NodeSocket):
            self.tree.links.new(value, socket)
        elif socket.type == "RGBA" and isinstance(value, tuple) and len(value) == 3:
            socket.default_value = (*value, 1.0)
        else:
            socket.default_value = value

    def math(self, operation: str, *values: Value) -> bpy.types.NodeSocket:
        """One arithmetic node, such as ``math("MULTIPLY", a, 2.0)``."""
        made = self.tree.nodes.new("ShaderNodeMath")
        made.operation = operation
        for socket, value in zip(made.inputs, values, strict=False):
            self.plug(socket, value)
        return made.outputs[0]

    def step(self, value: Value, edge: float, softness: float = 0.04) -> bpy.types.NodeSocket:
        """0 below the edge and 1 above it, with a soft transition."""
        made = self.node("ShaderNodeMapRange")
        made.interpolation_type = "SMOOTHSTEP"
        self.plug(made.inputs["Value"], value)
        made.inputs["From Min"].default_value = edge - softness
        made.inputs["From Max"].default_value = edge + softness
        return made.outputs[0]

    def mix(self, factor: Value, first: Value, second: Value) -> bpy.types.NodeSocket:
        """Blend two colours."""
        made = self.tree.nodes.new("ShaderNodeMix")
        made.data_type = "RGBA"
        self.plug(made.inputs[0], factor)
        self.plug(made.inputs[6], first)
        self.plug(made.inputs[7], second)
        return made.outputs[2]

    def uv(self, layer: str) -> tuple[bpy.types.NodeSocket, bpy.types.NodeSocket]:
        """The two numbers of a UV layer."""
        made = self.tree.nodes.new("ShaderNodeUVMap")
        made.uv_map = layer
        split = self.node("ShaderNodeSeparateXYZ", Vector=made.outputs[0])
        return split.outputs[0], split.outputs[1]

    def grain(self) -> bpy.types.NodeSocket:
        """Coordinates whose z axis runs along the part."""
        made = self.tree.nodes.new("ShaderNodeAttribute")
        made.attribute_name = "grain"
        return made.outputs["Vector"]

    def object_space(self) -> bpy.types.NodeSocket:
        """Coordinates of the product itself."""
        return self.tree.nodes.new("ShaderNodeTexCoord").outputs["Object"]

    def noise(self, scale: float, detail: float = 2.0, vector: Value = None) -> bpy.types.NodeSocket:
        """Smooth noise between 0 and 1."""
        made = self.node("ShaderNodeTexNoise", Scale=scale, Detail=detail)
        self.plug(made.inputs["Vector"], self.object_space() if vector is None else vector)
        return made.outputs[0]

    def cells(self, scale: float, output: str) -> bpy.types.NodeSocket:
        """Voronoi cells in product space: "Distance" to the centre or a "Color" each."""
        made = self.node("ShaderNodeTexVoronoi", Scale=scale)
        self.plug(made.inputs["Vector"], self.object_space())
        return made.outputs[output]

    def bump(self, height: Value, strength: float, distance: float = 0.02) -> bpy.types.NodeSocket:
        """A normal, tilted by a height."""
        made = self.node("ShaderNodeBump", Height=height, Strength=strength, Distance=distance)
        return made.outputs[0]

    def finish(self, surface: bpy.types.NodeSocket) -> bpy.types.Material:
        """Connect the surface and hand the material out."""
        output = self.tree.nodes.new("ShaderNodeOutputMaterial")
        self.tree.links.new(surface, output.inputs["Surface"])
        return self.material
