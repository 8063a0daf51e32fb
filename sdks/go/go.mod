module github.com/capwire/capwire/sdks/go

go 1.24
