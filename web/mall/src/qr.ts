import qrcode from 'qrcode-generator'

/** A QR code as a data address that an image shows on both platforms. */
export function qrOf(text: string): string {
  const code = qrcode(0, 'M')
  code.addData(text)
  code.make()
  return code.createDataURL(8, 16)
}
