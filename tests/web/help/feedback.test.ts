import { expect, test } from 'vitest'

import { feedbackLink } from '#functions/web/app/pages/help/feedback.ts'

const FEEDBACK = { message: 'More & larger\nnumbers? 100 %', page: 'Overview', version: 'ab12' }

test('feedback opens a form with what was written in the query that it already has', () => {
  const url = new URL(feedbackLink('https://forms.example.com/activation?team=1#top', FEEDBACK))
  expect(url.origin + url.pathname).toBe('https://forms.example.com/activation')
  expect(Object.fromEntries(url.searchParams)).toEqual({ team: '1', ...FEEDBACK })
})

test('feedback opens an email whose text cannot add to its head', () => {
  const link = feedbackLink('team@example.com', { ...FEEDBACK, message: 'Hello&cc=other@example.com\r\nBcc: x' })
  expect(link.startsWith('mailto:team@example.com?subject=Activation%20Manager&body=')).toBe(true)
  const { searchParams } = new URL(link)
  expect([...searchParams.keys()]).toEqual(['subject', 'body'])
  expect(searchParams.get('body')).toBe('Hello&cc=other@example.com\r\nBcc: x\n\nPage: Overview\nVersion: ab12')
})
