import type { Data } from './table.ts';

/** What an element gives, and whose it is: `comment "shop/web:http" : goto KUBE-SVC-tcp-random-2`, as nft writes both after the key. In sets a comment is nobody's. */
export function commentedData(comment: string, value: Data): Data {
  return (comment === '' || value === '' ? value : `${begin}${comment}${end}${value}`) as Data;
}

/** The two of them; the comment is empty where there is none. */
export function partsOfData(data: Data): { readonly comment: string; readonly value: Data } {
  if (!data.startsWith(begin)) return { comment: '', value: data };
  const at = data.indexOf(end, begin.length);
  return { comment: data.slice(begin.length, at), value: data.slice(at + end.length) as Data };
}

const [begin, end] = ['comment "', '" : '];
