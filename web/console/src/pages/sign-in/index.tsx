import { useEffect } from 'react'
import { useMutation } from '@tanstack/react-query'
import { useNavigate, useSearchParams } from 'react-router'
import { Alert, Button, Form, Input } from 'antd'
import { ApiError } from 'api'
import { api, queries } from '@/server'
import { switchLanguage, useLang } from '@/words'
import { useExplain } from '@/parts/state'
import { River } from './River'
import { useSignIn } from './words'
import css from './sign-in.module.css'

interface Credentials { email: string; password: string }

export default function SignIn() {
  const t = useSignIn()
  const lang = useLang()
  const explain = useExplain()
  const navigate = useNavigate()
  const [search] = useSearchParams()
  useEffect(() => {
    document.title = `${t('title')} · Weir`
  }, [t])

  const enter = useMutation({
    mutationFn: (given: Credentials) => api.session.open(given),
    onSuccess: (me) => {
      queries.clear()
      queries.setQueryData(['me'], me)
      const next = search.get('next') ?? '/'
      void navigate(next.startsWith('/') && !next.startsWith('//') ? next : '/', { replace: true })
    },
  })
  const wrong = enter.error instanceof ApiError && [400, 401, 422].includes(enter.error.status)

  return (
    <div className={css.page}>
      <div className={css.picture} aria-hidden><River /></div>
      <main className={css.panel}>
        <div className={css.form}>
          <div className="row">
            <img src="/weir.svg" width={40} height={40} alt="" />
            <span className={css.name}>Weir<span className={css.zh}>堰</span></span>
          </div>
          <div className="stack tight">
            <h1>{t('title')}</h1>
            <p className="muted">{t('lead')}</p>
          </div>
          {enter.isError && <Alert type="error" showIcon title={wrong ? t('wrong') : explain(enter.error)} role="alert" />}
          <Form<Credentials> layout="vertical" onFinish={(given) => enter.mutate(given)} requiredMark={false} data-testid="sign-in">
            <Form.Item name="email" label={t('email')} rules={[{ required: true, message: t('email_needed') }]}>
              <Input size="large" type="email" autoComplete="username" autoFocus inputMode="email" data-testid="email" />
            </Form.Item>
            <Form.Item name="password" label={t('password')} rules={[{ required: true, message: t('password_needed') }]}>
              <Input.Password size="large" autoComplete="current-password" data-testid="password" />
            </Form.Item>
            <Button type="primary" size="large" htmlType="submit" block loading={enter.isPending} data-testid="sign-in-submit">
              {t('enter')}
            </Button>
          </Form>
          <p className="muted small">{t('forgot')}</p>
          <button type="button" className="linklike" lang={lang === 'zh' ? 'en' : 'zh-CN'} onClick={() => switchLanguage(lang === 'zh' ? 'en' : 'zh')}>
            {lang === 'zh' ? 'English' : '中文'}
          </button>
        </div>
      </main>
    </div>
  )
}
