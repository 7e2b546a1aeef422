package verify

import "time"

// A Config is what an image tells the container made from it: all that a
// Dockerfile can set.
type Config struct {
	User         string
	ExposedPorts map[string]struct{}
	Env          []string // NAME=VALUE, in the order in which they were set
	Entrypoint   []string
	Cmd          []string
	Volumes      map[string]struct{}
	WorkingDir   string
	Labels       map[string]string
	StopSignal   string
	Shell        []string
	OnBuild      []string
	Healthcheck  *Healthcheck
}

// A Healthcheck is the HEALTHCHECK of an image.
type Healthcheck struct {
	Test          []string
	Interval      time.Duration
	Timeout       time.Duration
	StartPeriod   time.Duration
	StartInterval time.Duration
	Retries       int
}

// A Platform is what an image was made for.
type Platform struct {
	OS           string
	Architecture string
	Variant      string
}

// imageConfig is the JSON of an image, of which the config is a part.
type imageConfig struct {
	Platform
	Config Config
}
