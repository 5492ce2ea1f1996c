/** A QR code to be read by another device. White around it, whatever the theme. */

export function Qr({ svg, name }: { readonly svg: string; readonly name: string }) {
  return <img class="qr" src={`data:image/svg+xml,${encodeURIComponent(svg)}`} alt={name} width={280} height={280} />
}
