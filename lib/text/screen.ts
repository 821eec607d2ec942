// A terminal's size. It is 0 where nobody has told the terminal (a serial line, docker -t, expect, emacs), and then it is that of most.

interface Screen {
  readonly rows?: number;
  readonly columns?: number;
}

export const rowsOf = ({ rows }: Screen): number => rows || 24;

export const columnsOf = ({ columns }: Screen): number => columns || 80;

/** A stream for log-update, which takes 0 for a size. */
export const sized = (stream: NodeJS.WriteStream): NodeJS.WriteStream =>
  new Proxy(stream, {
    get(target, name) {
      if (name === "rows") return rowsOf(target);
      if (name === "columns") return columnsOf(target);
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
