/**
 * A list of many small items that a handler answers without an object for each, where the shape is `packable`: JSON has it whole,
 * everybody else asks for `items`.
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
