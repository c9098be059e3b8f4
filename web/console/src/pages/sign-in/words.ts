import { words } from '@/words'

export const useSignIn = words(
  'sign-in',
  {
    title: '登录控制台',
    lead: '把公域的水引进自己的池子，看清每一分钱从哪里来。',
    email: '邮箱',
    password: '密码',
    email_needed: '请填写邮箱',
    password_needed: '请填写密码',
    enter: '登录',
    wrong: '邮箱或密码不正确，请检查后重试。',
    forgot: '忘记密码？请负责人在「员工与角色」中为你重设。',
  },
  {
    title: 'Sign in to the console',
    lead: 'Lead public water into your own pool, and see where every cent comes from.',
    email: 'E-mail',
    password: 'Password',
    email_needed: 'Enter your e-mail',
    password_needed: 'Enter your password',
    enter: 'Sign in',
    wrong: 'E-mail or password is wrong. Please check them.',
    forgot: 'Forgot your password? An owner can set a new one under “Staff & roles”.',
  },
)
