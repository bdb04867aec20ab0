/** Of diff and generate. */
export const ONLINE_TYPES = {
  flags: '--online-types',
  description:
    'change types by a new column that is filled in batches and takes the place of the old one, where the table allows it',
} as const
