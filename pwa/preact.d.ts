/** `lucide-preact` is typed for Preact 10, where `JSX` had the attributes of SVG; from 11 on they stand beside it. */

import type { SVGAttributes as Attributes } from "preact"

declare module "../node_modules/preact/src/jsx.d.ts" {
  namespace JSXInternal {
    interface SVGAttributes extends Attributes {}
  }
}
