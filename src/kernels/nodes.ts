/** Shorthand for the graph nodes that several kernels consist of. */

import { type Attributes, elementTypes, type Nodes } from "../onnx/writer";

export const scalar = (nodes: Nodes, value: number): string => nodes.literal([value], "float32", []);

/** Integers: shapes, axes, starts and ends. */
export const shape = (nodes: Nodes, ...sizes: readonly number[]): string => nodes.literal(sizes, "int64");

export const add = (nodes: Nodes, a: string, b: string): string => nodes.value("Add", [a, b]);
export const subtract = (nodes: Nodes, a: string, b: string): string => nodes.value("Sub", [a, b]);
export const multiply = (nodes: Nodes, a: string, b: string): string => nodes.value("Mul", [a, b]);
export const divide = (nodes: Nodes, a: string, b: string): string => nodes.value("Div", [a, b]);

/** Times a number; the value itself where that is 1. */
export const scaleBy = (nodes: Nodes, x: string, factor: number): string =>
  factor === 1 ? x : multiply(nodes, x, scalar(nodes, factor));

export const reshape = (nodes: Nodes, x: string, ...sizes: readonly number[]): string =>
  nodes.value("Reshape", [x, shape(nodes, ...sizes)]);

export const transpose = (nodes: Nodes, x: string, ...perm: readonly number[]): string =>
  nodes.value("Transpose", [x], { perm });

/** Sum over one axis, which goes unless it is kept. */
export const sumOver = (nodes: Nodes, x: string, axis: number, keepdims: 0 | 1 = 0): string =>
  nodes.value("ReduceSum", [x, shape(nodes, axis)], { keepdims });

/** Mean over the last axis of [rows, width] → [rows, 1]. */
export const rowMean = (nodes: Nodes, x: string): string =>
  nodes.value("ReduceMean", [x, shape(nodes, 1)], { keepdims: 1 });

/** Places `from` to `to` (not included) of one axis. */
export const cut = (nodes: Nodes, x: string, axis: number, from: number, to: number): string =>
  nodes.value("Slice", [x, shape(nodes, from), shape(nodes, to), shape(nodes, axis)]);

/** 1 for true, 0 for false. */
export const toNumber = (nodes: Nodes, x: string): string => nodes.value("Cast", [x], { to: elementTypes.float32 });

/** 1 / √(mean of x² over the row + ε): [rows, width] → [rows, 1]. */
export const inverseRms = (nodes: Nodes, x: string, epsilon: number): string => {
  const squares = rowMean(nodes, multiply(nodes, x, x));
  return nodes.value("Reciprocal", [nodes.value("Sqrt", [add(nodes, squares, scalar(nodes, epsilon))])]);
};

/** Product of matrices in the last two axes, with the batch before them. */
export const product = (
  nodes: Nodes,
  a: string,
  b: string,
  { alpha = 1, ...transposed }: { alpha?: number; transA?: number; transB?: number } = {},
): string => {
  const attributes: Attributes = { ...transposed, alpha: { float: alpha } };
  return nodes.value("FusedMatMul", [a, b], attributes, "com.microsoft");
};
