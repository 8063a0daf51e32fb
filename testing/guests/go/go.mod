module example.com/guest

go 1.24

require github.com/capwire/capwire/sdks/go v0.0.0

replace github.com/capwire/capwire/sdks/go => ../../../sdks/go
