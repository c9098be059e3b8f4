// What staff do in the console, by the test ids of its pages.
import { staff } from './browser.js'

export async function signIn(page, who = staff) {
  await page.goto('/sign-in')
  await page.getByTestId('email').fill(who.email)
  await page.getByTestId('password').fill(who.password)
  await page.getByTestId('sign-in-submit').click()
  await page.getByTestId('page-title').waitFor()
}
