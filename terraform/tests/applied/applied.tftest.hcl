# An apply with mocked Google, and a plan after it. Taking it down again must fail, since some of it must not be destroyed;
# so this lies apart from the other tests, and tests/infra/checks/terraform/apply.test.ts reads what terraform says of it.

mock_provider "google" {
  source = "./tests/mocks"
}

mock_provider "time" {}

run "applied" {
  command = apply
}

run "planned_again" {
  command = plan
}
