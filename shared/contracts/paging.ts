import * as z from 'zod';

/** How many rows of a list one answer has, out of a query's text. */
export const PageLimit = z.coerce
  .number('is not a whole number from 1 to 100')
  .int('is not a whole number from 1 to 100')
  .min(1)
  .max(100)
  .default(50)
  .meta({ description: '1 to 100; 50 when left out.' });

/** Where a list goes on: `next_cursor` of the answer before, with the same filters. */
export const PageCursor = z.string().min(1).optional().meta({
  description: '`next_cursor` of the page before, with the same filters.',
});

/** Beside the rows of every page. */
export const NextCursor = z
  .string()
  .nullable()
  .meta({ description: 'Give it as `cursor` for the next page; null: this one is the last.' });
