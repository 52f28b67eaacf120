/**
 * A list of many small items whose handler has no use for an object each. A shape that says `pack` may get its input so,
 * and any list of an output may be one: on JSON's way in and out nothing is made item by item, everybody else asks for `items`.
 */
export interface PackedList<Item = unknown> {
  /** One by one, as the shape has them. */
  items(): readonly Item[]
  /** What JSON says of the whole list, brackets and all. */
  json(): string
}

/** A list's items, however it is kept. */
export const itemsOf = (list: unknown): readonly unknown[] =>
  Array.isArray(list) ? list : (list as PackedList).items()
