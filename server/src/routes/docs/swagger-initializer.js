window.onload = function () {
  // Adds the values of the Authorize dialogue to each request of "Try it out". Swagger UI itself does so only for operations
  // that declare `security`; the published operation documents the header instead.
  function withCredentials(request) {
    if (request.loadSpec) {
      return request;
    }
    const authorized = window.ui.authSelectors.authorized();
    const token = authorized.getIn(["bearerToken", "value"]);
    const business = authorized.getIn(["businessId", "value"]);
    if (token) {
      request.headers["Authorization"] = "Bearer " + token;
    }
    if (business) {
      request.headers["x-business-id"] = business;
    }
    return request;
  }

  // Replaces the input field of the documented header by a note: Swagger UI would not send what is entered there.
  function CredentialsByAuthorize(system) {
    const element = system.React.createElement;
    const note = "Press Authorize above: it sends this header and x-business-id.";
    return {
      wrapComponents: {
        parameterRow: (Row) => (properties) => {
          const parameter = properties.param;
          if (parameter.get("in") !== "header" || parameter.get("name") !== "authorization") {
            return element(Row, properties);
          }
          return element("tr", { "data-param-name": "authorization", "data-param-in": "header" },
            element("td", { className: "parameters-col_name" },
              element("div", { className: "parameter__name" }, "authorization"),
              element("div", { className: "parameter__in" }, "(header)")),
            element("td", { className: "parameters-col_description" },
              element("div", { className: "markdown" }, element("p", null, note))));
        },
      },
    };
  }

  window.ui = SwaggerUIBundle({
    urls: [
      { name: "All operations", url: "/openapi.json" },
      { name: "The published operation alone", url: "/openapi/revoke-token.json" },
    ],
    dom_id: "#swagger-ui",
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    validatorUrl: null,
    requestInterceptor: withCredentials,
    onComplete: function () {
      document.title = window.ui.specSelectors.info().get("title") + " – API";
    },
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    plugins: [SwaggerUIBundle.plugins.DownloadUrl, CredentialsByAuthorize],
    layout: "StandaloneLayout",
  });
};
