/** A thread that ends at once. Its types are what there is to strip. */

const code: number = 0;
process.exit(code);
